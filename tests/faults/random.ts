/** Numbers that follow from a seed alone. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** One of the names, as often as its weight says. */
  weighted<Name extends string>(weights: Partial<Record<Name, number>>): Name;
}

/** SplitMix32 over the words of a seed. */
export const random = (...seed: (number | string)[]): Random => {
  let state = 0x9e3779b9;
  for (const character of seed.join("/")) {
    state = Math.imul(state ^ character.charCodeAt(0), 0x85ebca6b);
    state ^= state >>> 13;
  }
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    weighted(weights) {
      const entries = Object.entries(weights) as [never, number][];
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        rest -= weight;
        if (rest < 0) return name;
      }
      return (entries[0] as [never, number])[0];
    },
  };
};
