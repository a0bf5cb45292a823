/** Measurements over time. */
import type { Fields } from '../collection.ts';

const STEP_S = 300;
const POINTS_MAX = 24;

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Time range of a request; the last 2 hours by default. */
export function spanOf(query: URLSearchParams, now: number): Span {
  const to = Number(query.get('to') ?? now);
  return { from: Number(query.get('from') ?? to - 7_200), to };
}

/** A gentle wave around the mean. */
export function series(metric: string, unit: string, middle: number, { from, to }: Span): Fields {
  const step = Math.max(STEP_S, Math.ceil((to - from) / POINTS_MAX));
  const count = Math.max(1, Math.min(POINTS_MAX, Math.floor((to - from) / step)));
  const datapoints = Array.from({ length: count }, (_, at) => ({
    timestamp: from + at * step,
    value: Math.round(middle * (1 + Math.sin(at) / 10) * 100) / 100,
  }));
  return { metric, unit, datapoints };
}
