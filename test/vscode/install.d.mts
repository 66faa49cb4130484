export const root: string;
export const cache: string;
export function installPackages(): void;
export function installNode(major: 22 | 24): string;
export function installVSCode(version: "1.103" | "1.139"): { node: string; server: string; modules: string };
export function installWindowsNode(): string;
export function installFuzzer(): string;
export function installMutationTester(): string;
