import { expandEvents } from './gitea-stand-in-deliveries.ts';
import { tellOfPush } from './gitea-stand-in-events.ts';
import { hookJson } from './gitea-stand-in-json.ts';
import {
  type Answer,
  type Call,
  created,
  done,
  listIn,
  notFound,
  ok,
  page,
  pathOf,
  type Route,
  refuse,
  textIn,
} from './gitea-stand-in-routes.ts';
import type { GiteaHook } from './gitea-stand-in-state.ts';

const admin = {
  right: 'admin',
  refusal: 'user should be an owner or a collaborator with admin write of a repository',
} as const;

export const hookRoutes: readonly Route[] = [
  { ...admin, method: 'GET', path: /^\/hooks$/, answer: listHooks },
  { ...admin, method: 'POST', path: /^\/hooks$/, answer: createHook },
  { ...admin, method: 'GET', path: /^\/hooks\/(\d+)$/, answer: withHook((_, hook) => ok(hookJson(hook))) },
  { ...admin, method: 'PATCH', path: /^\/hooks\/(\d+)$/, answer: withHook(editHook) },
  { ...admin, method: 'DELETE', path: /^\/hooks\/(\d+)$/, answer: withHook(deleteHook) },
  { ...admin, method: 'POST', path: /^\/hooks\/(\d+)\/tests$/, answer: withHook(testHook) },
];

function withHook(answer: (call: Call, hook: GiteaHook) => Answer): Route['answer'] {
  return (call) => {
    const hook = call.state.hooks.find(({ id }) => id === Number(call.params[0]));
    return hook ? answer(call, hook) : notFound(call);
  };
}

function listHooks(call: Call): Answer {
  return page(call, pathOf(call.state, '/hooks'), call.state.hooks, hookJson);
}

function configOf(body: Call['body']): Call['body'] {
  const { config } = body;
  return typeof config === 'object' && config !== null ? { ...config } : {};
}

const namesIn = (body: Call['body']) => listIn(body, 'events')?.map(String);

/** Inactive, and of pushes only, unless it is said otherwise. */
function createHook(call: Call): Answer {
  const { state, body } = call;
  const config = configOf(body);
  const url = textIn(config, 'url') ?? '';
  if (!URL.canParse(url)) return refuse(call, 422, 'Invalid url');
  const now = state.now();
  const hook: GiteaHook = {
    id: state.nextId('hook'),
    type: textIn(body, 'type') ?? 'gitea',
    url,
    contentType: textIn(config, 'content_type') ?? 'json',
    secret: textIn(config, 'secret') ?? '',
    branchFilter: textIn(body, 'branch_filter') ?? '',
    authorization: textIn(body, 'authorization_header') ?? '',
    events: expandEvents(namesIn(body)),
    active: body.active === true,
    createdAt: now,
    updatedAt: now,
  };
  state.hooks.push(hook);
  return created(hookJson(hook));
}

/** What is left out is set back, but for `active`; the secret stays, whatever is sent. */
function editHook({ state, body }: Call, hook: GiteaHook): Answer {
  hook.events = expandEvents(namesIn(body));
  hook.branchFilter = textIn(body, 'branch_filter') ?? '';
  hook.authorization = textIn(body, 'authorization_header') ?? '';
  if (typeof body.active === 'boolean') hook.active = body.active;
  hook.updatedAt = state.now();
  return ok(hookJson(hook));
}

function deleteHook({ state }: Call, hook: GiteaHook): Answer {
  state.hooks.splice(state.hooks.indexOf(hook), 1);
  return done;
}

/** A push of nothing: before and after are the same. */
function testHook(call: Call): Answer {
  const tip = call.state.branches.get('main');
  tellOfPush(call, call.account, { branch: 'main', before: tip, after: tip });
  return done;
}
