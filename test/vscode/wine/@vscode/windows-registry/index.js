export function GetStringRegKey() {}

export function GetDWORDRegKey() {}
