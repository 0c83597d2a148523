import { breakable, byId, element } from './dom';
import { EndpointDescription } from './wire';

/** Fills the endpoint table and sets up its filter. */
export function showEndpoints(endpoints: readonly EndpointDescription[]): void {
  const rows = endpoints.map((endpoint) => ({ endpoint, row: rowOf(endpoint) }));
  byId('endpoint-rows').append(...rows.map(({ row }) => row));
  const search = byId<HTMLInputElement>('search');
  const only = byId<HTMLSelectElement>('only');

  const filter = () => {
    const words = search.value.trim().toLowerCase();
    const shown = rows.filter(({ endpoint, row }) => {
      const text = [endpoint.paths, endpoint.purpose, endpoint.rule, endpoint.answer, endpoint.owner].join(' ').toLowerCase();
      row.hidden = !text.includes(words) || (only.value !== '' && endpoint.public !== (only.value === 'public'));
      return !row.hidden;
    });
    byId('endpoint-count').textContent = shown.length === rows.length ? `${rows.length} rows` : `${shown.length} of ${rows.length} rows`;
  };
  search.addEventListener('input', filter);
  only.addEventListener('change', filter);
  filter();

  const open = endpoints.filter((endpoint) => endpoint.public).length;
  byId('endpoints-intro').textContent = `${open} of ${endpoints.length} rows are public.`;
}

/** Creates a row. Its roles are explicit, because the block layout of a narrow page would remove them. */
function rowOf({ paths, purpose, rule, answer, owner, forwardedPath, public: open }: EndpointDescription): HTMLTableRowElement {
  const misses = open && answer !== owner ? [element('span', { class: 'hint' }, `belongs to ${owner}`)] : [];
  const changed = forwardedPath === undefined ? [] : [element('span', { class: 'hint' }, `as ${forwardedPath}`)];
  return element(
    'tr',
    { role: 'row', class: open ? 'open' : 'closed' },
    element('th', { scope: 'row', role: 'rowheader' }, ...paths.split(', ').map((path) => element('code', {}, breakable(path)))),
    element('td', { role: 'cell' }, purpose.replaceAll('`', '')),
    element('td', { role: 'cell', class: 'quiet' }, rule),
    element(
      'td',
      { role: 'cell' },
      element('span', { class: open ? 'mark open' : 'mark closed' }, open ? 'public' : 'closed'),
      ' ',
      element('span', { class: 'answer' }, answer),
      ...misses,
      ...changed,
    ),
  );
}
