/**
 * What came of a stream since its last keyframe, so that decoding can begin again at any moment: after a pause, or with
 * a new decoder. Bounded in packets and bytes; beyond that nothing is kept until the next keyframe.
 */
const mostPackets = 1500;
const mostBytes = 24 * 1024 * 1024;

interface Kept {
  keyframe: boolean;
  data: Uint8Array;
}

export class KeptPackets<Packet extends Kept> {
  #packets: Packet[] = [];
  #bytes = 0;

  add(packet: Packet): void {
    if (packet.keyframe) this.clear();
    else if (this.#packets.length === 0) return;
    if (this.#packets.length >= mostPackets || this.#bytes + packet.data.byteLength > mostBytes) {
      this.clear();
      return;
    }
    this.#packets.push(packet);
    this.#bytes += packet.data.byteLength;
  }

  /** Begins with a keyframe; empty when there is none to begin with. */
  get all(): readonly Packet[] {
    return this.#packets;
  }

  clear(): void {
    this.#packets = [];
    this.#bytes = 0;
  }
}
