/** Fields of unknown JSON, read one by one: the value in the type asked for, or Malformed. */

export const MAX_NAME = 200;
export const MAX_TEXT = 2000;

/** Says which field is wrong, and how. */
export class Malformed extends Error {}

export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function show(value: unknown): string {
  return String(JSON.stringify(value) ?? 'missing').slice(0, 40);
}

export function text(value: unknown, where: string, limit: number): string {
  if (typeof value !== 'string') {
    throw new Malformed(`${where} is not a text`);
  }
  if (value.length > limit) {
    throw new Malformed(`${where} is longer than ${limit} characters`);
  }
  return value;
}

export function textOrNull(value: unknown, where: string): string | null {
  return value === null || value === undefined ? null : text(value, where, MAX_TEXT);
}

export function list(value: unknown, where: string, limit: number): unknown[] {
  if (!Array.isArray(value)) {
    throw new Malformed(`${where} is not a list`);
  }
  if (value.length > limit) {
    throw new Malformed(`${where} has more than ${limit} entries`);
  }
  return value;
}

export function texts(value: unknown, where: string, limit: number): string[] {
  return list(value, where, limit).map((item, i) => text(item, `${where}[${i}]`, MAX_TEXT));
}

export function numberOrNull(value: unknown, where: string): number | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Malformed(`${where} is not a number`);
  }
  return value;
}

export function count(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed(`${where} is not a count`);
  }
  return value;
}

export function countOrNull(value: unknown, where: string): number | null {
  return value === null || value === undefined ? null : count(value, where);
}

/** Missing means false. */
export function flag(value: unknown, where: string): boolean {
  if (value !== null && value !== undefined && typeof value !== 'boolean') {
    throw new Malformed(`${where} is neither true nor false`);
  }
  return value === true;
}

/** A probability. */
export function share(value: unknown, where: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw new Malformed(`${where} is not a number from 0 to 1`);
  }
  return value;
}

export function numbers(value: unknown, where: string, limit: number): (number | null)[] {
  // A name for each item is made only for a wrong one: there may be tens of thousands.
  const plain = (item: unknown): item is number => typeof item === 'number' && Number.isFinite(item);
  return list(value, where, limit).map((item, i) => (plain(item) ? item : numberOrNull(item, `${where}[${i}]`)));
}
