/**
 * Whether kernels can number the subgroups of a workgroup. That is a part of the language that came after the feature
 * `subgroups`; without it nothing says where a subgroup lies among the invocations of its workgroup.
 */
export async function numbersSubgroups(device: GPUDevice): Promise<boolean> {
  if (!device.features.has("subgroups")) return false;
  const code = `enable subgroups;
@compute @workgroup_size(1)
fn main(@builtin(subgroup_id) subgroup: u32, @builtin(num_subgroups) count: u32) {}`;
  device.pushErrorScope("validation");
  device.createShaderModule({ label: "subgroups", code });
  return (await device.popErrorScope()) === null;
}
