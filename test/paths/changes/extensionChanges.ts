// Changes of the form of extensions, of key identifiers and of policies.
import * as der from "../../unit/x509/der.ts";
import { extension } from "../encode.ts";
import { type Change, changeExtension, removeExtension, setExtension } from "./change.ts";

/** An unused OID. */
const UNKNOWN = "1.3.6.1.4.1.99999.1";
const POLICIES = "2.5.29.32";
const POLICY_MAPPINGS = "2.5.29.33";
const POLICY_CONSTRAINTS = "2.5.29.36";
const INHIBIT_ANY_POLICY = "2.5.29.54";
const POLICY = der.oid("1.3.6.1.4.1.99999.2");
const ANY_POLICY = der.oid("2.5.29.32.0");

export const FORM_CHANGES: readonly Change[] = [
	{
		name: "unknown critical extension",
		apply: ({ certificate }) => setExtension(certificate, { oid: UNKNOWN, critical: true, value: der.nullValue() }),
	},
	{
		name: "unknown extension",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, { oid: UNKNOWN, value: pick<Buffer>(der.nullValue(), Buffer.from("no DER")) }),
	},
	{
		name: "duplicate unknown extension",
		apply: ({ certificate }) => {
			const unknown = { oid: UNKNOWN, value: der.nullValue() };
			certificate.extensions.push(unknown, unknown);
		},
	},
	{
		name: "duplicate extension",
		apply: ({ certificate, pick }) => {
			if (certificate.extensions.length > 0) certificate.extensions.push(pick(...certificate.extensions));
		},
	},
	{
		name: "malformed extension",
		apply: ({ certificate, pick }) => {
			if (certificate.extensions.length === 0) return;
			const { oid, value } = pick(...certificate.extensions);
			const malformed = pick<Uint8Array>(
				new Uint8Array(),
				der.nullValue(),
				value.subarray(0, -1),
				Buffer.concat([value, der.nullValue()]),
			);
			changeExtension(certificate, oid, { value: malformed });
		},
	},
	{
		name: "critical key identifier",
		apply: ({ certificate, pick }) =>
			changeExtension(certificate, pick(der.SUBJECT_KEY_ID, der.AUTHORITY_KEY_ID), { critical: true }),
	},
];

export const IDENTIFIER_CHANGES: readonly Change[] = [
	{
		name: "no authority key identifier",
		apply: ({ certificate }) => removeExtension(certificate, der.AUTHORITY_KEY_ID),
	},
	{
		name: "authority key identifier of another key",
		target: "issued",
		apply: ({ certificate }) => setExtension(certificate, extension.authorityKeyId(Buffer.from("another key"))),
	},
	{
		name: "authority key identifier with issuer and serial number",
		target: "issued",
		apply: ({ certificate, plan, index }) => {
			const issuer = plan.path[index - 1];
			if (issuer) setExtension(certificate, extension.authorityKeyId(null, issuer.issuer, issuer.serial));
		},
	},
	{
		name: "authority key identifier with another serial number",
		target: "issued",
		apply: ({ certificate, plan, index, pick }) => {
			const issuer = plan.path[index - 1];
			if (!issuer) return;
			const id = pick(null, issuer.key.id);
			setExtension(certificate, extension.authorityKeyId(id, issuer.issuer, der.integer(0x55)));
		},
	},
	{
		name: "no subject key identifier",
		apply: ({ certificate }) => removeExtension(certificate, der.SUBJECT_KEY_ID),
	},
	{
		name: "subject key identifier of another key",
		apply: ({ certificate }) => setExtension(certificate, extension.subjectKeyId(Buffer.from("other"))),
	},
];

export const POLICY_CHANGES: readonly Change[] = [
	{
		name: "policies",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, {
				oid: POLICIES,
				critical: pick(true, false),
				value: der.sequence(der.sequence(pick(POLICY, ANY_POLICY))),
			}),
	},
	{
		name: "policy required",
		target: "authority",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, {
				oid: POLICY_CONSTRAINTS,
				critical: pick(true, false),
				value: der.sequence(der.tlv(0x80, Buffer.of(pick(0, 1, 5)))),
			}),
	},
	{
		name: "policy mappings",
		target: "authority",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, {
				oid: POLICY_MAPPINGS,
				critical: pick(true, false),
				value: der.sequence(der.sequence(POLICY, pick(POLICY, ANY_POLICY))),
			}),
	},
	{
		name: "any policy inhibited",
		target: "authority",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, { oid: INHIBIT_ANY_POLICY, critical: pick(true, false), value: der.integer(0) }),
	},
];
