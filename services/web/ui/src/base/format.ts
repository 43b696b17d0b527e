// Numbers, times and lists for people.

/** Seconds as "9:05" or "2:00:00". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(whole % 60)}` : `${m}:${two(whole % 60)}`;
}

/** Milliseconds as the largest unit that fits, "3 min". */
export function span(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ];
  for (const [size, name] of units) if (ms >= size) return `${Math.floor(ms / size)} ${name}`;
  return 'less than 1 s';
}

/** 1234567 as "1 234 567" with narrow blanks. */
export function count(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Bytes in the largest unit of which there is one, "1.2 MB"; with a decimal below ten. */
export function bytes(n: number): string {
  const units = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  if (n < 1000) return `${Math.round(n)} B`;
  let size = n / 1000;
  let unit = 0;
  // What would be rounded to 1000 is one of the next unit.
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** A time of the API (RFC 3339) in the reader's own zone; what is no time stays as it is. */
export function moment(time: string | undefined): string {
  if (!time) return '–';
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  // What was made before the clock was set.
  if (date.getTime() <= 0) return 'no time';
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** plural(2, 'change') is "2 changes". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** ['a', 'b', 'c'] as "a, b and c". */
export function listed(words: string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** The number in a counter of the API. */
export function counter(value: string | number | undefined): number {
  return Number(value ?? 0);
}
