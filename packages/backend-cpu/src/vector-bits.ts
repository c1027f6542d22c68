import { ValueError } from "@minima/tensor";

/** How wide the vectors are that kernels are laid out for. */
export type VectorBits = 128 | 256;

/** The flag under which V8 makes one vector of 256 bits of two neighbours; what older versions make of it is no faster. */
const flag = "experimental-wasm-revectorize";
const firstMajorVersion = 13;

interface Host {
  readonly process?: { readonly execArgv?: readonly string[]; readonly versions?: { readonly v8?: string } };
}

/** What is asked for; where nobody asks, 256 if this Node was started so that it joins vectors. */
export function chooseVectorBits(wanted: VectorBits | undefined): VectorBits {
  if (wanted === undefined) {
    const { process } = globalThis as Host;
    return joinsVectors(process?.execArgv ?? [], process?.versions?.v8) ? 256 : 128;
  }
  if (![128, 256].includes(wanted)) throw new ValueError(`cpu: vectorBits ${String(wanted)} must be 128 or 256`);
  return wanted;
}

/** Whether arguments of Node turn the flag on; the last one counts. V8 takes flags with hyphens or underscores. */
export function joinsVectors(execArgv: readonly string[], v8 = "0"): boolean {
  if (Number.parseInt(v8) < firstMajorVersion) return false;
  const names = execArgv.map((argument) => argument.replace(/^--?/, "").replaceAll("_", "-"));
  return names.findLast((name) => [flag, `no-${flag}`, `no${flag}`].includes(name)) === flag;
}
