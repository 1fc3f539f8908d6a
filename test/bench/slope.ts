/**
 * How fast something grows, by the line of least squares through one value a minute: in percent of its mean every 10
 * minutes. null for fewer than two values, or a mean of zero.
 */
export function slopePercent(values: number[]): number | null {
  const mean = (list: number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
  const minutes = values.map((_, minute) => minute);
  const [meanMinute, meanValue] = [mean(minutes), mean(values)];
  const spread = minutes.reduce((sum, minute) => sum + (minute - meanMinute) ** 2, 0);
  if (values.length < 2 || meanValue === 0) return null;
  const together = values.reduce((sum, value, minute) => sum + (minute - meanMinute) * (value - meanValue), 0);
  return ((together / spread) * 10 * 100) / meanValue;
}
