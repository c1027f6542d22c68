/**
 * What some engines have and the browser's types do not. The build knows no types of Node, so that nothing of Node's
 * slips into a package that runs in pages too; what is used where it exists is declared here.
 */
declare var setImmediate: ((callback: () => void) => unknown) | undefined;
