/** The constants of a law with their confidence intervals. */
import { html } from './dom';
import { confidence } from './format';
import type { Law, Parameter } from './snapshot';

/** Constants that are shown without scrolling. */
const MOST_SHOWN = 6;

/** Null for a law without any. */
export function constantsNode({ parameters }: Law): Node | null {
  if (parameters.length === 0) {
    return null;
  }
  const noun = parameters.length === 1 ? 'constant' : 'constants';
  const known = parameters.some(parameter => textsOf(parameter).interval !== null);
  const title = html('p', { class: 'srk-caption' }, known ? `fitted ${noun} with 95 % interval${noun === 'constant' ? '' : 's'}` : `fitted ${noun}`);
  const scrolled = parameters.length > MOST_SHOWN;
  const place = { class: 'srk-parameters', tabindex: scrolled ? 0 : null, role: 'group', 'aria-label': 'Fitted constants' };
  return html('div', place, title, html('ul', {}, ...parameters.map(itemNode)));
}

/** A frozen constant is what the user says, without doubt. */
function textsOf({ value, error, fixed }: Parameter): ReturnType<typeof confidence> {
  return confidence(value, fixed ? null : error);
}

function itemNode(parameter: Parameter): Node {
  const { estimate, interval } = textsOf(parameter);
  const beside = parameter.fixed ? 'frozen' : interval;
  return html(
    'li',
    {},
    html('span', { class: 'srk-estimate' }, estimate),
    beside === null ? null : html('span', { class: 'srk-interval' }, beside)
  );
}
