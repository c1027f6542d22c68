
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Adam } from "@minima/optim";
import { type Tensor, Variable, add, chunk, compile, executorOf, manualSeed, matmul, mul, random, setBackend, sigmoid, split, square, sum, tanh, zeros, getBackend } from "@minima/tensor";
const T = Number(process.env.T ?? 200);
await (async () => {
  setBackend(cpu({ threads: 1 }));
  manualSeed(1);
  const [batch, inputs, hidden] = [32, 64, 128];
  const v = (shape: number[]) => new Variable(random.normal(shape, { std: 0.08 }), { requiresGrad: true });
  const params = [v([inputs, 4 * hidden]), v([hidden, 4 * hidden]), v([4 * hidden])];
  const [wx, wh, b] = params;
  const optimizer = new Adam(params);
  const x = random.normal([T * batch, inputs]);
  const forward = (x: Tensor): Tensor => {
      let h = zeros([batch, hidden]);
      let c = zeros([batch, hidden]);
      for (const z of split(add(matmul(x, wx), b), batch)) {
        const [input, forget, cell, output] = chunk(add(z, matmul(h, wh)), 4, 1);
        c = add(mul(sigmoid(forget), c), mul(sigmoid(input), tanh(cell)));
        h = mul(sigmoid(output), tanh(c));
      }
      return sum(square(h));
  };
  const step = compile((x: Tensor) => { const loss = forward(x); optimizer.zeroGrad(); loss.backward(); void optimizer.step(); return loss; }, { state: [optimizer] });
  const ex = executorOf(getBackend()!) as any;
  for (let i = 0; i < 6; i++) {
    const t = performance.now(), c = process.cpuUsage().user;
    await (await step(x)).item();
    process.stderr.write(`compiled ${i} ${(performance.now() - t).toFixed(0)} ms, cpu ${((process.cpuUsage().user - c) / 1000).toFixed(0)}; submits ${ex.submits} misses ${ex.plans.misses}\n`);
  }
  for (let i = 0; i < 6; i++) {
    const t = performance.now(), c = process.cpuUsage().user;
    const loss = forward(x);
    const t1 = performance.now();
    optimizer.zeroGrad(); loss.backward();
    const t2 = performance.now();
    await optimizer.step();
    const t3 = performance.now();
    await loss.item();
    process.stderr.write(`eager ${i} ${(performance.now() - t).toFixed(0)} ms (forward ${(t1 - t).toFixed(0)} backward ${(t2 - t1).toFixed(0)} step ${(t3 - t2).toFixed(0)}), cpu ${((process.cpuUsage().user - c) / 1000).toFixed(0)}; submits ${ex.submits} misses ${ex.plans.misses} births ${(loss.node as any).birth}\n`);
  }
})();
