/** What `trainedBits` gives on every engine of the V8 family: Node 20, 22 and 24, and Chromium. */
export const sameBits: Readonly<Record<string, string>> = {
  mlp: "41a8e14d2d351ca8",
  cnn: "092445ecd8e41264",
};
