/** Attack surface: findings and lookalike domains of one organization. Lists and lookalikes as recorded, findings by the fields of the SDK. */
import { ok, problem, type Answer } from '../answer.ts';
import type { Collection, Fields, Item } from '../collection.ts';
import type { Handle, Product } from '../router.ts';
import type { World } from '../world.ts';
import { ORGANIZATION, seedFindings, seedLookalikes } from './seed.ts';

export function openZeasm(world: World): Product {
  const findings = world.collection({ seed: seedFindings, newId: String });
  const lookalikes = world.collection({ seed: seedLookalikes, newId: String });
  const organization = '/organizations/{org}';
  return {
    prefix: '/easm/easm-ui/v1',
    routes: {
      'GET /organizations': () => ok(envelope([ORGANIZATION])),
      [`GET ${organization}/findings`]: within(({ query }) => ok(page(findings.all(), query))),
      [`GET ${organization}/findings/{id}/details`]: within(one(findings, (finding) => finding)),
      [`GET ${organization}/findings/{id}/evidence`]: within(one(findings, (finding) => content(finding, 'EVIDENCE'))),
      [`GET ${organization}/findings/{id}/scan-output`]: within(one(findings, (finding) => content(finding, 'SCAN_OUTPUT'))),
      [`GET ${organization}/lookalike-domains`]: within(({ query }) =>
        ok({ ...page(lookalikes.all().map(withoutId), query), next_link: '', prev_link: '' }),
      ),
      [`GET ${organization}/lookalike-domains/{id}/details`]: within(
        one(lookalikes, (lookalike) => ({ ...withoutId(lookalike), description: 'It differs in one sign.' })),
      ),
    },
    unknownPath: notFound,
    invalidBody: problem(400, 'Bad Request', 'the request body is not valid JSON'),
  };
}

const notFound: Answer = problem(404, 'Not Found', 'the resource does not exist');
const envelope = (results: readonly Fields[]): Fields => ({ results, total_results: results.length });

const SIZE = 100;

/** A page of the recorded size. Assumption: `offset`, which the recorded link names, counts rows. */
function page(rows: readonly Fields[], query: URLSearchParams): Fields {
  const start = Number(query.get('offset') ?? 0);
  return { results: rows.slice(start, start + SIZE), total_results: rows.length };
}
function withoutId(item: Item): Fields {
  const { id: _, ...fields } = item;
  return fields;
}

const within =
  (handle: Handle): Handle =>
  (visit) =>
    visit.params['org'] === ORGANIZATION.id ? handle(visit) : notFound;

const one =
  (items: Collection, shape: (item: Item) => Fields): Handle =>
  ({ params }) => {
    const item = items.get(params['id'] ?? '');
    return item ? ok(shape(item)) : notFound;
  };

const content = (finding: Item, source: string): Fields => ({
  source_type: source,
  content: `${String(finding['impacted_asset_name'])}: ${String(finding['description'])}`,
});
