/** How the name of a column is written in mathematics. */
import { math } from './dom';

const GREEK = new Map([
  ['alpha', 'α'], ['beta', 'β'], ['gamma', 'γ'], ['delta', 'δ'], ['epsilon', 'ε'], ['zeta', 'ζ'],
  ['eta', 'η'], ['theta', 'θ'], ['iota', 'ι'], ['kappa', 'κ'], ['lambda', 'λ'], ['lambda_', 'λ'],
  ['mu', 'μ'], ['nu', 'ν'], ['xi', 'ξ'], ['omicron', 'ο'], ['rho', 'ρ'], ['sigma', 'σ'],
  ['tau', 'τ'], ['upsilon', 'υ'], ['phi', 'φ'], ['chi', 'χ'], ['psi', 'ψ'], ['omega', 'ω'],
  ['Gamma', 'Γ'], ['Delta', 'Δ'], ['Theta', 'Θ'], ['Lambda', 'Λ'], ['Xi', 'Ξ'], ['Pi', 'Π'],
  ['Sigma', 'Σ'], ['Phi', 'Φ'], ['Psi', 'Ψ'], ['Omega', 'Ω']
]);

/** "x_1" and "x1" get a subscript, "alpha" becomes α; a longer name stays as it is. */
export function nameNode(name: string): Element {
  const parts = /^([A-Za-z]+)_?(\d+)$/.exec(name) ?? /^([A-Za-z]+)_(\w+)$/.exec(name);
  const base = parts?.[1] ?? name;
  const subscript = parts?.[2];
  if (subscript === undefined || !isShort(base)) {
    return identifier(name);
  }
  const below = subscript.split('_').filter(part => part !== '').join(',');
  return math('msub', {}, identifier(base), /^\d+$/.test(below) ? math('mn', {}, below) : identifier(below));
}

export function isLongName(name: string): boolean {
  return !isShort(/^([A-Za-z]+)_?\w*$/.exec(name)?.[1] ?? name);
}

function isShort(base: string): boolean {
  return base.length <= 2 || GREEK.has(base);
}

function identifier(name: string): Element {
  return math('mi', {}, GREEK.get(name) ?? name);
}
