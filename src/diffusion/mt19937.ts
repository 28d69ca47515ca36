/** The Mersenne Twister as torch's CPU generator seeds and reads it (Matsumoto and Nishimura 1998, 32 bits). */
export class Mt19937 {
  private readonly state = new Uint32Array(624);
  private next = 624;

  /** Only the low 32 bits of `seed` count, as in torch. */
  constructor(seed: number) {
    this.state[0] = seed >>> 0;
    for (let i = 1; i < 624; i++) {
      const last = this.at(i - 1);
      this.state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  /** 32 random bits. */
  uint32(): number {
    if (this.next === 624) this.twist();
    let y = this.at(this.next++);
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  private at(i: number): number {
    return this.state[i] ?? 0;
  }

  private twist(): void {
    for (let i = 0; i < 624; i++) {
      const y = (this.at(i) & 0x80000000) | (this.at((i + 1) % 624) & 0x7fffffff);
      this.state[i] = this.at((i + 397) % 624) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}
