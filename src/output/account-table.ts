import type { CheckedAttribute } from '../brevo/attributes.ts';
import type { CheckedList } from '../brevo/lists.ts';
import type { AccountReport } from '../outbox/account-report.ts';
import type { Column } from './columns.ts';
import { type RenderOptions, renderRows } from './render.ts';

interface Row {
  setting: string;
  value: string | number;
  state: string;
  brevo: string;
}

const columns: Column<Row>[] = [
  { key: 'setting', title: 'Setting', priority: 1, value: (row) => row.setting },
  { key: 'value', title: 'Value', align: 'left', priority: 3, value: (row) => row.value },
  { key: 'state', title: 'State', priority: 2, value: (row) => row.state.replaceAll('_', ' ') },
  { key: 'brevo', title: 'In Brevo', priority: 1, value: (row) => row.brevo },
];

/** The lists and attributes that the configuration names, and what Brevo says of each; '' when it said nothing. */
export function renderAccount({ lists, attributes }: AccountReport, options: RenderOptions): string {
  const rows = [...lists.map(ofList), ...attributes.map(ofAttribute)];
  return rows.length === 0 ? '' : renderRows(rows, columns, options);
}

function ofList({ id, setting, name, state }: CheckedList): Row {
  const brevo = { found: `list ${id} "${name}"`, missing: `no list ${id}`, not_checked: '' };
  return { setting, value: id, state, brevo: brevo[state] };
}

function ofAttribute({ name, setting, type, types, options = [], state }: CheckedAttribute): Row {
  const brevo = {
    found: type ?? '',
    missing: 'no such attribute',
    wrong_type: `${type}, not ${types.join(' or ')}`,
    lacks_options: `${type} without ${options.join(' or ')}`,
    not_checked: '',
  };
  return { setting, value: name, state, brevo: brevo[state] };
}
