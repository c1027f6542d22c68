/**
 * Who may import whom, the table of docs/architecture.md in data. Lint (eslint.config.js) holds sources to it and
 * check-package.mjs the manifests. The keys are the folders below packages/.
 *
 * @type {Record<string, readonly string[]>}
 */
export const packageGraph = {
  tensor: [],
  autograd: ["tensor"],
  "backend-cpu": ["tensor"],
  "backend-webgpu": ["tensor"],
  layers: ["autograd", "tensor"],
  optim: ["tensor"],
  data: ["tensor"],
  train: ["layers", "optim", "data", "autograd", "tensor"],
};

/**
 * What tests and benchmarks may import beside: they need gradients and something to run on. They stay free of circles,
 * since they become devDependencies, by which builds are ordered.
 *
 * @type {Record<string, readonly string[]>}
 */
export const testGraph = {
  "backend-cpu": ["autograd"],
  "backend-webgpu": ["autograd"],
  layers: ["backend-cpu"],
  optim: ["autograd", "backend-cpu"],
  train: ["backend-cpu"],
};

/** The scope of the published names. */
export const scope = "@minima/";
