/**
 * Structured clone over JSON, by its rules: functions, symbols, promises and ports are refused; typed arrays, maps,
 * sets, dates, errors, cycles, bigints, NaN and undefined arrive as they were. Runs in Node and, by its source, in the
 * page's preload world: so the function closes over nothing but its argument.
 */

/** JSON: bare null, string, boolean and finite number; everything else is a list that begins with its tag. */
export type Wire = null | string | boolean | number | readonly Wire[];

export interface CodecNeeds {
  toBase64(bytes: Uint8Array<ArrayBuffer>): string;
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
  /** Throws the world's own DataCloneError. */
  refuse(message: string): never;
}

export interface Codec {
  encode(value: unknown): Wire;
  decode(wire: Wire): unknown;
}

export function makeCodec(needs: CodecNeeds): Codec {
  type Views = Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>;
  const views: Views = {
    Int8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  };
  const errors: Record<string, new (message: string) => Error> = {
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
  };

  function encodeBytes(value: ArrayBufferView | ArrayBuffer): Wire {
    if (value instanceof ArrayBuffer) return ['bytes', 'ArrayBuffer', needs.toBase64(new Uint8Array(value))];
    const kind = value.constructor.name === 'Buffer' ? 'Uint8Array' : value.constructor.name;
    // Safe: shared memory cannot be posted from either side.
    const buffer = value.buffer as ArrayBuffer;
    return ['bytes', kind, needs.toBase64(new Uint8Array(buffer, value.byteOffset, value.byteLength))];
  }

  function encodeObject(value: object, seen: Map<object, number>): Wire {
    const before = seen.get(value);
    if (before !== undefined) return ['again', before];
    seen.set(value, seen.size);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return encodeBytes(value);
    if (Array.isArray(value)) return ['list', ...value.map((each) => encode(each, seen))];
    if (value instanceof Date) return ['date', encode(value.getTime(), seen)];
    if (value instanceof RegExp) return ['pattern', value.source, value.flags];
    if (value instanceof Map) return ['map', ...[...value].flat().map((each) => encode(each, seen))];
    if (value instanceof Set) return ['set', ...[...value].map((each) => encode(each, seen))];
    if (value instanceof Error) return ['error', value.name, value.message, value.stack ?? ''];
    if (
      value instanceof Promise ||
      value instanceof WeakMap ||
      value instanceof WeakSet ||
      value instanceof MessagePort
    ) {
      return needs.refuse('An object could not be cloned.');
    }
    return ['object', ...Object.entries(value).flatMap(([key, each]) => [key, encode(each, seen)])];
  }

  function encode(value: unknown, seen: Map<object, number>): Wire {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (Object.is(value, -0)) return ['number', '-0'];
        return Number.isFinite(value) ? value : ['number', String(value)];
      case 'bigint':
        return ['bigint', String(value)];
      case 'undefined':
        return ['undefined'];
      case 'object':
        return value === null ? null : encodeObject(value, seen);
      default:
        return needs.refuse('An object could not be cloned.');
    }
  }

  function decodeList(wire: readonly Wire[], known: unknown[]): unknown {
    const [tag, first, second, third] = wire;
    const keep = <Value>(value: Value): Value => {
      known.push(value);
      return value;
    };
    const rest = wire.slice(1);
    switch (tag) {
      case 'undefined':
        return undefined;
      case 'number':
        return Number(first);
      case 'bigint':
        return BigInt(String(first));
      case 'again':
        return known[Number(first)];
      case 'bytes': {
        const bytes = needs.fromBase64(String(second));
        const View = views[String(first)];
        return keep(first === 'ArrayBuffer' ? bytes.buffer : View ? new View(bytes.buffer) : bytes);
      }
      case 'date': {
        const date = keep(new Date(0));
        date.setTime(Number(decode(first ?? null, known)));
        return date;
      }
      case 'pattern':
        return keep(new RegExp(String(first), String(second)));
      case 'error': {
        const error = keep(new (errors[String(first)] ?? Error)(String(second)));
        error.stack = String(third);
        return error;
      }
      case 'list': {
        const list = keep<unknown[]>([]);
        for (const each of rest) list.push(decode(each, known));
        return list;
      }
      case 'map': {
        const map = keep(new Map<unknown, unknown>());
        for (let at = 0; at < rest.length; at += 2) {
          const key = decode(rest[at] ?? null, known);
          map.set(key, decode(rest[at + 1] ?? null, known));
        }
        return map;
      }
      case 'set': {
        const set = keep(new Set<unknown>());
        for (const each of rest) set.add(decode(each, known));
        return set;
      }
      default: {
        const object = keep<Record<string, unknown>>({});
        for (let at = 0; at < rest.length; at += 2) {
          // Defined, not assigned: a key '__proto__' is a key like any other.
          Object.defineProperty(object, String(rest[at]), {
            value: decode(rest[at + 1] ?? null, known),
            enumerable: true,
            writable: true,
            configurable: true,
          });
        }
        return object;
      }
    }
  }

  function decode(wire: Wire, known: unknown[]): unknown {
    return wire !== null && typeof wire === 'object' ? decodeList(wire, known) : wire;
  }

  return { encode: (value) => encode(value, new Map()), decode: (wire) => decode(wire, []) };
}
