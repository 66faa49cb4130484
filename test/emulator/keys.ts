import { randomBytes } from "node:crypto";
import { ApiError } from "./apiError.ts";
import type { Switches } from "./switches.ts";

export type Permission = "api.mtls.read" | "api.mtls.write" | "api.management.read";

const ALL_PERMISSIONS: readonly Permission[] = ["api.mtls.read", "api.mtls.write", "api.management.read"];

/** A key of the emulator, without the key itself. */
export interface KeyHolder {
	readonly id: string;
	readonly permissions: ReadonlySet<Permission>;
	/** The project that it is a key of; `null` for an admin key. */
	readonly projectId: string | null;
}

/** The keys that the emulator takes. They are random and live as long as it does. */
export class Keys {
	readonly #holders = new Map<string, KeyHolder>();

	/** Makes a key with these permissions. */
	add(permissions: readonly Permission[] = ALL_PERMISSIONS): string {
		return this.#add(permissions, null);
	}

	/** Makes a project's key: it may use the API there and administers nothing. */
	addProjectKey(projectId: string): string {
		return this.#add([], projectId);
	}

	#add(permissions: readonly Permission[], projectId: string | null): string {
		const key = `sk-emulator-${randomBytes(24).toString("base64url")}`;
		const id = `key_${randomBytes(8).toString("hex")}`;
		this.#holders.set(key, { id, permissions: new Set(permissions), projectId });
		return key;
	}

	revoke(key: string): void {
		this.#holders.delete(key);
	}

	/**
	 * Finds whose key an `Authorization` header carries.
	 * @throws ApiError 401, which echoes part of the key as the real service does.
	 */
	identify(authorization: string | undefined): KeyHolder {
		const key = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
		if (key === undefined) {
			throw new ApiError(401, "Missing bearer or basic authentication in header", { code: null });
		}
		const holder = this.#holders.get(key);
		if (holder !== undefined) return holder;
		const echo = echoOf(key);
		throw new ApiError(401, `Incorrect API key provided: ${echo}. You can find your API key in the dashboard.`, {
			code: "invalid_api_key",
		});
	}

	/** The header as it may be kept: whether the key is the emulator's own is all that stays of it. */
	mask(authorization: string): string {
		const own = this.#holders.has(authorization.replace(/^Bearer /, ""));
		return own ? "Bearer sk-emulator-***" : "***";
	}

	/** Takes the echo of a refused key out of a body before it is kept. */
	maskEcho(authorization: string | undefined, body: string): string {
		const key = authorization?.replace(/^Bearer /, "") ?? "";
		return key === "" || this.#holders.has(key) ? body : body.replaceAll(echoOf(key), "***");
	}
}

/** @throws ApiError whose text names the missing permission; 401 or 403, in either shape, by the switches. */
export function demandPermission(holder: KeyHolder, permission: Permission, switches: Switches): void {
	if (holder.permissions.has(permission)) return;
	const { status, shape } = switches.missingPermission;
	const message = `You have insufficient permissions for this operation. Missing scopes: ${permission}. Check that the key has the necessary scopes.`;
	throw new ApiError(status, message, { shape });
}

/** @throws ApiError 403 for an admin key, which is not for using the API. */
export function demandProject(holder: KeyHolder): void {
	if (holder.projectId !== null) return;
	throw new ApiError(403, "You have insufficient permissions for this operation. Missing scopes: api.model.read.");
}

function echoOf(key: string): string {
	return key.length <= 12 ? `${key.slice(0, 2)}***` : `${key.slice(0, 8)}${"*".repeat(12)}${key.slice(-4)}`;
}
