import { randomBytes } from "node:crypto";
import { ApiError } from "./apiError.ts";
import type { Switches } from "./switches.ts";

export type Permission = "api.mtls.read" | "api.mtls.write" | "api.management.read";

const ALL_PERMISSIONS: readonly Permission[] = ["api.mtls.read", "api.mtls.write", "api.management.read"];

/** The properties of a key, without the key. */
export interface KeyInfo {
	readonly id: string;
	readonly permissions: ReadonlySet<Permission>;
	/** The project of a project key; `null` for an admin key. */
	readonly projectId: string | null;
}

/** The keys that the emulator accepts: random, and valid for the emulator's lifetime. */
export class EmulatorKeys {
	readonly #keys = new Map<string, KeyInfo>();

	/** Creates an admin key. */
	add(permissions: readonly Permission[] = ALL_PERMISSIONS): string {
		return this.#add(permissions, null);
	}

	/** Creates a project key, which can call the API but not administer. */
	addProjectKey(projectId: string): string {
		return this.#add([], projectId);
	}

	#add(permissions: readonly Permission[], projectId: string | null): string {
		const key = `sk-emulator-${randomBytes(24).toString("base64url")}`;
		const id = `key_${randomBytes(8).toString("hex")}`;
		this.#keys.set(key, { id, permissions: new Set(permissions), projectId });
		return key;
	}

	revoke(key: string): void {
		this.#keys.delete(key);
	}

	/**
	 * Returns the properties of the key in an `Authorization` header.
	 * @throws ApiError 401, which echoes part of the key as the real service does.
	 */
	authenticate(authorization: string | undefined): KeyInfo {
		const key = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
		if (key === undefined) {
			throw new ApiError(401, "Missing bearer or basic authentication in header", { code: null });
		}
		const info = this.#keys.get(key);
		if (info !== undefined) return info;
		const echo = echoOf(key);
		throw new ApiError(401, `Incorrect API key provided: ${echo}. You can find your API key in the dashboard.`, {
			code: "invalid_api_key",
		});
	}

	/** Masks an `Authorization` header for the record. Shows only whether the key is the emulator's. */
	mask(authorization: string): string {
		const isOwn = this.#keys.has(authorization.replace(/^Bearer /, ""));
		return isOwn ? "Bearer sk-emulator-***" : "***";
	}

	/** Masks the echo of a refused key in a body, for the record. */
	maskEcho(authorization: string | undefined, body: string): string {
		const key = authorization?.replace(/^Bearer /, "") ?? "";
		return key === "" || this.#keys.has(key) ? body : body.replaceAll(echoOf(key), "***");
	}
}

/** @throws ApiError 401 or 403 that names the missing permission; status and shape depend on the switches. */
export function requirePermission(info: KeyInfo, permission: Permission, switches: Switches): void {
	if (info.permissions.has(permission)) return;
	const { status, shape } = switches.missingPermission;
	const message = `You have insufficient permissions for this operation. Missing scopes: ${permission}. Check that the key has the necessary scopes.`;
	throw new ApiError(status, message, { shape });
}

/** @throws ApiError 403 for an admin key, which cannot call the API. */
export function requireProjectKey(info: KeyInfo): void {
	if (info.projectId !== null) return;
	throw new ApiError(403, "You have insufficient permissions for this operation. Missing scopes: api.model.read.");
}

function echoOf(key: string): string {
	return key.length <= 12 ? `${key.slice(0, 2)}***` : `${key.slice(0, 8)}${"*".repeat(12)}${key.slice(-4)}`;
}
