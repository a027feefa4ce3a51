/** Where an entered formula stands beside the laws of the front. */
import type { Law } from './snapshot';

/** In words: on the front, or behind which law; empty where that says nothing. */
export function standing(law: Law, front: readonly Law[]): string {
  const loss = law.loss;
  if (loss === null || front.length === 0) {
    return '';
  }
  if (front.some(other => other.id === law.id)) {
    return 'on the front';
  }
  const ahead = front.find(other => other.complexity <= law.complexity && other.loss !== null && other.loss <= loss);
  return ahead === undefined ? 'would be on the front' : `behind the law of complexity ${ahead.complexity}`;
}
