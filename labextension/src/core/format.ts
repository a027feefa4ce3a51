/** Numbers and names as people read them. */

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const MINUS = '−';

/** A decimal number split for display: mantissa text and power of ten (0 when none is needed). */
export function scientific(value: number, digits: number): { mantissa: string; exponent: number } {
  const magnitude = Math.abs(value);
  if (value === 0 || (Number.isInteger(value) && magnitude < 1e7)) {
    return { mantissa: signed(String(value)), exponent: 0 };
  }
  const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent >= -3 && exponent < 6) {
    return { mantissa: signed(tidy(value, exponent < digits ? value.toPrecision(digits) : value.toFixed(0))), exponent: 0 };
  }
  return { mantissa: signed(trim(mantissa)), exponent };
}

/** "1.234×10⁻⁵": for tables and labels. */
export function number(value: number | null, digits = 4): string {
  if (value === null) {
    return '–';
  }
  const { mantissa, exponent } = scientific(value, digits);
  return exponent === 0 ? mantissa : `${mantissa}×10${superscript(exponent)}`;
}

export function superscript(power: number): string {
  const digits = [...String(Math.abs(power))].map(digit => SUPERSCRIPTS[Number(digit)]).join('');
  return (power < 0 ? '⁻' : '') + digits;
}

/** R² with as many nines as it has: 0.99999987, not 1.000. */
export function rSquared(value: number | null): string {
  if (value === null) {
    return '–';
  }
  const gap = 1 - value;
  if (gap <= 1e-12 && gap >= -1e-12) {
    return '1';
  }
  const digits = gap > 0 && gap < 0.1 ? Math.min(12, 1 - Math.floor(Math.log10(gap))) : 4;
  return value < -1000 ? number(value, 3) : signed(value.toFixed(digits).replace(/^-(?=[0.]+$)/, ''));
}

export function count(value: number | null): string {
  return value === null ? '–' : value.toLocaleString('en-US');
}

export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function seconds(value: number | null): string {
  if (value === null) {
    return '–';
  }
  if (value < 60) {
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
  }
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min` + (whole % 60 === 0 ? '' : ` ${whole % 60} s`);
}

/** A probability in whole percent; only what is certain is 0 % or 100 %. */
export function percent(p: number): string {
  if (p > 0 && p < 0.005) {
    return '< 1 %';
  }
  return p >= 0.995 && p < 1 ? '> 99 %' : `${Math.round(100 * p)} %`;
}

/** Standard errors on either side of a value that hold 95 % of a normal distribution. */
const NORMAL_95 = 1.96;

/**
 * A value and its 95 % confidence interval in the digits that the standard error allows:
 * "1.0049" and "[1.0025, 1.0073]". The interval is null where the error is not known.
 */
export function confidence(value: number | null, error: number | null): { estimate: string; interval: string | null } {
  const half = NORMAL_95 * (error ?? 0);
  if (value === null || !(half > 0) || !Number.isFinite(Math.abs(value) + half)) {
    return { estimate: number(value, 6), interval: null };
  }
  const [low, high] = [value - half, value + half];
  const power = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  const exponent = power >= -3 && power < 6 ? 0 : power;
  const decimals = Math.max(0, Math.min(12, exponent + 1 - Math.floor(Math.log10(half))));
  const digits = (x: number): string => signed((x / 10 ** exponent).toFixed(decimals).replace(/^-(?=[0.]+$)/, ''));
  const unit = exponent === 0 ? '' : `×10${superscript(exponent)}`;
  return { estimate: digits(value) + unit, interval: `[${digits(low)}, ${digits(high)}]${unit}` };
}

/** "a >= 0" as it is printed in a text: "a ≥ 0". */
export function condition(text: string): string {
  return text.replace(/>=/g, '≥').replace(/<=/g, '≤').replace(/!=/g, '≠');
}

export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** Zeros at the end go when they are exact: 0.5 for a half, but 1.000 for 1.0004. */
function tidy(value: number, text: string): string {
  return Number(text) === value ? trim(text) : text;
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function signed(text: string): string {
  return text.replace(/^-/, MINUS);
}
