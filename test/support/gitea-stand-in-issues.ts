import { closeIssue } from './gitea-stand-in-branches.ts';
import { isPull, tellOfComment, tellOfIssue, tellOfPull } from './gitea-stand-in-events.ts';
import { commentJson, issueJson, labelJson, printTime, reactionJson, timelineJson } from './gitea-stand-in-json.ts';
import {
  type Answer,
  type Call,
  created,
  done,
  findIssue,
  listIn,
  notFound,
  ok,
  page,
  pathOf,
  type Route,
  refuse,
  textIn,
} from './gitea-stand-in-routes.ts';
import { type GiteaComment, type GiteaIssue, type GiteaLabel, note } from './gitea-stand-in-state.ts';

const noComment = (id: string) => [`comment does not exist [id: ${id}, issue_id: 0]`];

export const issueRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/issues$/, answer: listIssues },
  { method: 'POST', path: /^\/issues$/, answer: createIssue },
  { method: 'GET', path: /^\/issues\/(\d+)$/, answer: withIssue((call, issue) => ok(issueJson(call.state, issue))) },
  { method: 'PATCH', path: /^\/issues\/(\d+)$/, right: 'write', answer: withIssue(editIssue) },
  { method: 'GET', path: /^\/issues\/(\d+)\/comments$/, answer: listComments },
  { method: 'POST', path: /^\/issues\/(\d+)\/comments$/, answer: addComment },
  { method: 'GET', path: /^\/issues\/comments$/, answer: listAllComments },
  {
    method: 'GET',
    path: /^\/issues\/comments\/(\d+)$/,
    answer: withComment((call, it) => ok(commentJson(call.state, it))),
  },
  { method: 'PATCH', path: /^\/issues\/comments\/(\d+)$/, answer: withComment(editComment) },
  { method: 'DELETE', path: /^\/issues\/comments\/(\d+)$/, answer: withComment(deleteComment) },
  { method: 'GET', path: /^\/issues\/comments\/(\d+)\/reactions$/, answer: withComment(listReactions) },
  { method: 'POST', path: /^\/issues\/comments\/(\d+)\/reactions$/, answer: withComment(addReaction) },
  { method: 'GET', path: /^\/issues\/(\d+)\/timeline$/, answer: withIssue(listTimeline) },
  {
    method: 'GET',
    path: /^\/issues\/(\d+)\/labels$/,
    answer: withIssue(({ state }, it) => ok(it.labels.map((label) => labelJson(state, label)))),
  },
  {
    method: 'POST',
    path: /^\/issues\/(\d+)\/labels$/,
    right: 'write',
    refusal: 'write permission is required',
    answer: withIssue(addLabels),
  },
  {
    method: 'PUT',
    path: /^\/issues\/(\d+)\/labels$/,
    right: 'write',
    refusal: 'write permission is required',
    answer: withIssue(replaceLabels),
  },
  { method: 'DELETE', path: /^\/issues\/(\d+)\/labels\/(\d+)$/, right: 'write', answer: withIssue(removeLabel) },
];

function withIssue(answer: (call: Call, issue: GiteaIssue) => Answer): Route['answer'] {
  return (call) => {
    const issue = findIssue(call);
    return issue ? answer(call, issue) : notFound(call);
  };
}

function withComment(answer: (call: Call, comment: GiteaComment) => Answer): Route['answer'] {
  return (call) => {
    const [id = ''] = call.params;
    const comment = call.state.comments.find((it) => it.id === Number(id));
    return comment ? answer(call, comment) : notFound(call, noComment(id));
  };
}

function listIssues(call: Call): Answer {
  const { state, query } = call;
  const [wanted, type, author] = [query.get('state') ?? 'open', query.get('type'), query.get('created_by')];
  const found = [...state.issues.values()]
    .filter((it) => wanted === 'all' || it.state === wanted)
    .filter((it) => type === null || isPull(it) === (type === 'pulls'))
    .filter((it) => author === null || it.author.login === author)
    .sort((a, b) => b.number - a.number);
  return page(call, pathOf(state, '/issues'), found, (it) => issueJson(state, it));
}

function createIssue(call: Call): Answer {
  const { state, account, body } = call;
  const now = state.now();
  const issue: GiteaIssue = {
    id: state.nextId('issue'),
    number: state.nextId('number'),
    author: account,
    title: textIn(body, 'title') ?? '',
    body: textIn(body, 'body') ?? '',
    state: 'open',
    labels: [],
    createdAt: now,
    updatedAt: now,
    closedAt: undefined,
    pull: undefined,
  };
  if (issue.title === '') return refuse(call, 422, '[Title]: Required');
  state.issues.set(issue.number, issue);
  tellOfIssue(call, account, issue, 'opened');
  return created(issueJson(state, issue));
}

function editIssue(call: Call, issue: GiteaIssue): Answer {
  const { state, account, body } = call;
  issue.title = textIn(body, 'title') || issue.title;
  issue.body = textIn(body, 'body') ?? issue.body;
  issue.updatedAt = state.now();
  const wanted = textIn(body, 'state');
  if (wanted === 'closed' && issue.state === 'open') {
    if (isPull(issue)) closeIssue(call, account, issue);
    else closePlainIssue(call, issue);
  }
  if (wanted === 'open') {
    issue.state = 'open';
    issue.closedAt = undefined;
  }
  return created(issueJson(state, issue));
}

function closePlainIssue(call: Call, issue: GiteaIssue): void {
  issue.state = 'closed';
  issue.closedAt = call.state.now();
  note(call.state, { number: issue.number, type: 'close', by: call.account });
  tellOfIssue(call, call.account, issue, 'closed');
}

function listComments(call: Call): Answer {
  const { state } = call;
  const issue = findIssue(call);
  if (!issue) return refuse(call, 500, '');
  const found = commentsSince(call).filter((it) => it.number === issue.number);
  const headers = { 'x-total-count': String(found.length) };
  return { status: 200, body: found.map((it) => commentJson(state, it)), headers };
}

/** Those of the whole repository come in pages; those of one issue do not. */
function listAllComments(call: Call): Answer {
  return page(call, pathOf(call.state, '/issues/comments'), commentsSince(call), (it) => commentJson(call.state, it));
}

function commentsSince({ state, query }: Call): readonly GiteaComment[] {
  const since = Date.parse(query.get('since') ?? '');
  return state.comments.filter(({ updatedAt }) => Number.isNaN(since) || updatedAt.getTime() >= since);
}

function addComment(call: Call): Answer {
  const { state, account, body } = call;
  const issue = findIssue(call);
  if (!issue) return refuse(call, 500, '');
  const said = textIn(body, 'body') ?? '';
  if (said === '') return refuse(call, 422, '[Body]: Required');
  const now = state.now();
  const id = state.nextId('comment');
  const comment: GiteaComment = {
    id,
    number: issue.number,
    author: account,
    body: said,
    createdAt: now,
    updatedAt: now,
    reactions: [],
  };
  state.comments.push(comment);
  issue.updatedAt = now;
  tellOfComment(call, account, comment, { action: 'created' });
  return created(commentJson(state, comment));
}

/** Every writer may, whoever wrote it: the author shown stays the old one. */
const mayChange = ({ account }: Call, { author }: GiteaComment) => account === author || account.right !== 'read';

function editComment(call: Call, comment: GiteaComment): Answer {
  if (!mayChange(call, comment)) return { status: 403 };
  const before = comment.body;
  comment.body = textIn(call.body, 'body') ?? comment.body;
  if (comment.body !== before) {
    comment.updatedAt = call.state.now();
    tellOfComment(call, call.account, comment, { action: 'edited', before });
  }
  return ok(commentJson(call.state, comment));
}

function deleteComment(call: Call, comment: GiteaComment): Answer {
  if (!mayChange(call, comment)) return { status: 403 };
  call.state.comments.splice(call.state.comments.indexOf(comment), 1);
  tellOfComment(call, call.account, comment, { action: 'deleted' });
  return done;
}

function listReactions({ state }: Call, { reactions }: GiteaComment): Answer {
  return ok(reactions.map((it) => reactionJson(state, it)));
}

function addReaction({ state, account, body }: Call, { reactions }: GiteaComment): Answer {
  const content = textIn(body, 'content') ?? '';
  const there = reactions.find((it) => it.by === account && it.content === content);
  if (there) return ok(reactionJson(state, there));
  const reaction = { by: account, content, at: state.now() };
  reactions.push(reaction);
  return created(reactionJson(state, reaction));
}

function listTimeline(call: Call, { number }: GiteaIssue): Answer {
  const { state } = call;
  const entries = state.timeline
    .filter((it) => it.number === number)
    .map((it) => ({ at: it.id, json: timelineJson(state, it) }));
  const comments = state.comments
    .filter((it) => it.number === number)
    .map((it) => ({
      at: it.id,
      json: {
        ...timelineJson(state, { ...it, by: it.author, at: it.createdAt, type: 'close' }),
        type: 'comment',
        updated_at: printTime(it.updatedAt),
      },
    }));
  const all = [...entries, ...comments].sort((a, b) => a.at - b.at);
  return page(call, pathOf(state, `/issues/${number}/timeline`), all, ({ json }) => json);
}

/** By ids or by names; unknown names vanish without a word. */
function wantedLabels({ state, body }: Call): readonly GiteaLabel[] {
  const wanted = listIn(body, 'labels') ?? [];
  return state.labels.filter(({ id, name }) => wanted.includes(id) || wanted.includes(name));
}

function setLabels(call: Call, issue: GiteaIssue, labels: readonly GiteaLabel[]): Answer {
  const { state, account } = call;
  const changed = [...labels, ...issue.labels].filter((it) => labels.includes(it) !== issue.labels.includes(it));
  for (const label of changed) {
    note(state, { number: issue.number, type: 'label', by: account, body: labels.includes(label) ? '1' : '', label });
  }
  issue.labels = [...labels].sort((a, b) => a.name.localeCompare(b.name));
  issue.updatedAt = state.now();
  if (isPull(issue)) tellOfPull(call, account, issue, { action: 'label_updated', type: 'pull_request_label' });
  return ok(issue.labels.map((it) => labelJson(state, it)));
}

function addLabels(call: Call, issue: GiteaIssue): Answer {
  return setLabels(call, issue, [...new Set([...issue.labels, ...wantedLabels(call)])]);
}

function replaceLabels(call: Call, issue: GiteaIssue): Answer {
  return setLabels(call, issue, wantedLabels(call));
}

function removeLabel(call: Call, issue: GiteaIssue): Answer {
  const id = Number(call.params[1]);
  const label = call.state.labels.find((it) => it.id === id);
  if (!label) return refuse(call, 422, 'label does not exist [label_id: 0]');
  setLabels(
    call,
    issue,
    issue.labels.filter((it) => it !== label),
  );
  return done;
}
