// A page that takes gradients: what gives tensors their methods is imported for its effect alone.
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { setBackend, tensor } from "@minima/tensor";

/** The derivative of Σ x². */
async function main() {
  setBackend(cpu());
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.mul(x).sum().backward();
  return Array.from((await x.grad?.data()) ?? []);
}

(globalThis as { result?: ReturnType<typeof main> }).result = main();
