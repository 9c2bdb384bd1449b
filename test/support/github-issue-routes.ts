import { gitHubDescription } from './github-description.ts';
import { showComment, showEvent, showIssue, showLabel } from './github-json.ts';
import { type Answer, type Call, created, findItem, notFound, ok, page, type Routes, textOf } from './github-routes.ts';
import { closeItem, type Item, type StoredComment } from './github-state.ts';

const repository = '/repos/{owner}/{repo}';
const issue = `${repository}/issues/{issue_number}`;

/** Does something with the issue of a path, when it is there. */
const withItem = (work: (item: Item, call: Call) => Answer) => (call: Call) => {
  const item = findItem(call);
  return item ? work(item, call) : notFound;
};

const withComment = (work: (comment: StoredComment, call: Call) => Answer) => (call: Call) => {
  const comment = call.state.comments.find((it) => it.id === Number(call.path('comment_id')));
  return comment ? work(comment, call) : notFound;
};

const showLabels = ({ labels }: Item) => ok(labels.map(showLabel));

export const issueRoutes: Routes = {
  [`GET ${repository}/issues`]: (call) => {
    const wanted = call.query.get('state') ?? 'open';
    const found = call.state.items.filter((it) => wanted === 'all' || it.state === wanted);
    const shown = found.map((it) => showIssue(call.state, it));
    return page(call, call.query.get('direction') === 'asc' ? shown : shown.reverse());
  },
  [`POST ${repository}/issues`]: ({ state, actor, body }) => {
    const item: Item = {
      ...{ number: state.items.length + 1, author: actor, title: textOf(body.title), body: textOf(body.body) },
      ...{ state: 'open', labels: [], createdAt: state.now(), closedAt: null, pull: undefined, events: [] },
    };
    state.items.push(item);
    return created(showIssue(state, item));
  },
  [`GET ${issue}`]: withItem((item, { state }) => ok(showIssue(state, item))),
  [`PATCH ${issue}`]: withItem((item, { state, body, actor }) => {
    if (body.title !== undefined) item.title = textOf(body.title);
    if (body.body !== undefined) item.body = textOf(body.body);
    if (body.state === 'closed' && item.state === 'open') closeItem(state, item, actor);
    return ok(showIssue(state, item));
  }),
  [`GET ${issue}/events`]: withItem((item, call) => page(call, item.events.map(showEvent))),
  [`POST ${issue}/labels`]: withItem((item, { body }) => {
    const added = Array.isArray(body.labels) ? body.labels.map(String) : [];
    item.labels = [...new Set([...item.labels, ...added])];
    return showLabels(item);
  }),
  [`DELETE ${issue}/labels/{name}`]: withItem((item, { path }) => {
    if (!item.labels.includes(path('name'))) return notFound;
    item.labels = item.labels.filter((it) => it !== path('name'));
    return showLabels(item);
  }),
  [`GET ${issue}/comments`]: withItem((item, call) => {
    const own = call.state.comments.filter((it) => it.item === item.number);
    return page(
      call,
      own.map((it) => showComment(call.state, it)),
    );
  }),
  [`POST ${issue}/comments`]: withItem((item, { state, actor, body }) => {
    const at = state.now();
    const comment = {
      ...{ id: state.nextId(), item: item.number, author: actor, body: textOf(body.body) },
      ...{ createdAt: at, updatedAt: at, reactions: new Set<string>() },
    };
    state.comments.push(comment);
    return created(showComment(state, comment));
  }),
  [`GET ${repository}/issues/comments`]: (call) => {
    const since = call.query.get('since') ?? '';
    const found = call.state.comments.filter((it) => Date.parse(it.updatedAt) >= (Date.parse(since) || 0));
    return page(
      call,
      found.map((it) => showComment(call.state, it)),
    );
  },
  [`GET ${repository}/issues/comments/{comment_id}`]: withComment((comment, { state }) =>
    ok(showComment(state, comment)),
  ),
  [`PATCH ${repository}/issues/comments/{comment_id}`]: withComment((comment, { state, body }) => {
    comment.body = textOf(body.body);
    state.tick();
    comment.updatedAt = state.now();
    return ok(showComment(state, comment));
  }),
  [`DELETE ${repository}/issues/comments/{comment_id}`]: withComment((comment, { state }) => {
    state.comments.splice(state.comments.indexOf(comment), 1);
    return { status: 204 };
  }),
  [`POST ${repository}/issues/comments/{comment_id}/reactions`]: withComment((comment, { actor, body }) => {
    const sign = `${actor.login} ${textOf(body.content)}`;
    const status = comment.reactions.has(sign) ? 200 : 201;
    comment.reactions.add(sign);
    return { status, body: gitHubDescription().complete('reaction', { id: 1, content: body.content }) };
  }),
};
