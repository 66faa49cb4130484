// Changes of dates, of what a key may do, of signatures and versions.
import * as der from "../../unit/x509/der.ts";
import { extension } from "../encode.ts";
import type { Hash } from "../keys.ts";
import { poolKey } from "../keys.ts";
import { AT, at } from "../plan.ts";
import { type Change, changeExtension, removeExtension, setExtension } from "./change.ts";

const DAY = 86_400;
const SERVER = "1.3.6.1.5.5.7.3.1";
const CLIENT = "1.3.6.1.5.5.7.3.2";
const E_MAIL = "1.3.6.1.5.5.7.3.4";
const ANY = "2.5.29.37.0";

export const DATE_CHANGES: readonly Change[] = [
	{
		name: "expired",
		apply: ({ certificate, pick }) => {
			certificate.notAfter = at(AT - pick(1, DAY));
		},
	},
	{
		name: "not valid yet",
		apply: ({ certificate, pick }) => {
			certificate.notBefore = at(AT + pick(1, DAY));
		},
	},
	{
		name: "first second",
		apply: ({ certificate }) => {
			certificate.notBefore = at(AT);
		},
	},
	{
		name: "last second",
		apply: ({ certificate }) => {
			certificate.notAfter = at(AT);
		},
	},
	{
		name: "no end",
		apply: ({ certificate }) => {
			certificate.notAfter = der.generalizedTime("99991231235959Z");
		},
	},
	{
		name: "GeneralizedTime before 2050",
		apply: ({ certificate }) => {
			certificate.notAfter = der.generalizedTime("20490101000000Z");
		},
	},
];

export const CONSTRAINT_CHANGES: readonly Change[] = [
	{
		name: "no basic constraints",
		apply: ({ certificate }) => removeExtension(certificate, der.BASIC_CONSTRAINTS),
	},
	{
		name: "CA:FALSE",
		target: "authority",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.basicConstraints(false), critical: true }),
	},
	{
		name: "client with CA:TRUE",
		target: "client",
		apply: ({ certificate, pick }) => {
			setExtension(certificate, { ...extension.basicConstraints(true), critical: true });
			setExtension(certificate, { ...extension.keyUsage(pick(0x84, 0x80, 0x04)), critical: true });
		},
	},
	{
		name: "basic constraints not critical",
		apply: ({ certificate }) => changeExtension(certificate, der.BASIC_CONSTRAINTS, { critical: false }),
	},
	{
		name: "path length",
		target: "authority",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, { ...extension.basicConstraints(true, pick(0, 0, 1, 2)), critical: true }),
	},
	{
		name: "negative path length",
		target: "authority",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.basicConstraints(true, -1), critical: true }),
	},
	{
		name: "path length without CA:TRUE",
		target: "client",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.basicConstraints(false, 0), critical: true }),
	},
];

export const USAGE_CHANGES: readonly Change[] = [
	{ name: "no key usage", apply: ({ certificate }) => removeExtension(certificate, der.KEY_USAGE) },
	{
		name: "no Certificate Sign",
		target: "authority",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, { ...extension.keyUsage(pick(0x02, 0x80)), critical: pick(true, false) }),
	},
	{
		name: "no Digital Signature",
		target: "client",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.keyUsage(0x20), critical: true }),
	},
	{
		name: "Key Agreement alone",
		target: "client",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.keyUsage(0x08), critical: true }),
	},
	{
		name: "Certificate Sign in the client",
		target: "client",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.keyUsage(0x84), critical: true }),
	},
	{
		name: "empty key usage",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.keyUsage(0), critical: true }),
	},
	{
		name: "key usage not critical",
		apply: ({ certificate }) => changeExtension(certificate, der.KEY_USAGE, { critical: false }),
	},
	{
		name: "purpose without clients",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, { ...extension.extendedKeyUsage(pick(SERVER, E_MAIL)), critical: pick(true, false) }),
	},
	{
		name: "any purpose",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, {
				...extension.extendedKeyUsage(...pick([ANY], [SERVER, ANY])),
				critical: pick(true, false),
			}),
	},
	{
		name: "several purposes",
		apply: ({ certificate }) => setExtension(certificate, extension.extendedKeyUsage(SERVER, CLIENT)),
	},
	{ name: "no purpose", apply: ({ certificate }) => removeExtension(certificate, der.EXTENDED_KEY_USAGE) },
];

export const SIGNATURE_CHANGES: readonly Change[] = [
	{
		name: "damaged signature",
		apply: ({ certificate }) => {
			certificate.isDamaged = true;
		},
	},
	{
		name: "signed by another key",
		target: "issued",
		apply: ({ certificate }) => {
			certificate.signer = poolKey(certificate.signer.type, 8);
		},
	},
	{
		name: "another signature algorithm",
		apply: ({ certificate, pick }) => {
			certificate.hash = pick<Hash>("sha1", "sha384", "sha512", "pss", "md5");
		},
	},
	{
		name: "signature algorithms disagree",
		apply: ({ certificate }) => {
			certificate.innerHash = certificate.hash === "sha512" ? "sha256" : "sha512";
		},
	},
	{
		name: "version 1",
		apply: ({ certificate }) => {
			certificate.version = null;
			certificate.extensions = [];
		},
	},
	{
		name: "version 1 or 2 with extensions",
		apply: ({ certificate, pick }) => {
			certificate.version = pick(null, 1);
		},
	},
	{
		name: "version 3 without extensions",
		apply: ({ certificate }) => {
			certificate.extensions = [];
		},
	},
	{
		name: "unusual serial number",
		apply: ({ certificate, pick }) => {
			certificate.serial = pick(der.integer(0), der.integer(0x80), der.integer(...Array.from({ length: 25 }, () => 1)));
		},
	},
];
