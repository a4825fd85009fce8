/** The smallest of the values that so many of a hundred do not exceed. */
export const percentile = (values: number[], percent: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
};

export const median = (values: number[]): number => percentile(values, 50);
