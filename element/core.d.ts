/** The glue that wasm-bindgen makes of `src/element.rs`. */
declare module "#core" {
  interface Host {
    emit(name: string, detail: unknown): boolean;
    acknowledge(): void;
  }
  export default function init(options: {
    module_or_path: Response | Promise<BufferSource> | BufferSource;
  }): Promise<unknown>;
  export function start(device: object): void;
  export function attach(root: Element, host: Host, settings: object): number;
  export function change(number: number, settings: object): void;
  export function vote(
    number: number,
    outcome: string | null | undefined,
    comment: string | null | undefined,
    reasons: unknown,
  ): void;
  export function flush(number: number): void;
  export function detach(number: number): void;
}

/** The wasm itself, as text in a script. */
declare module "#core/inline" {
  export function bytes(): Uint8Array<ArrayBuffer>;
}
