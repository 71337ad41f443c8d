export declare const contentSecurityPolicy: string;
export declare const headers: Readonly<Record<string, string>>;
