import type { ActionOptions, ConvertClient } from "../../client/convert-client.ts";

// What the dialogue handles, as the converter's client has it.
export type StoredModel = Awaited<ReturnType<ConvertClient["list"]>>[number];
export type UnfinishedModel = Awaited<ReturnType<ConvertClient["unfinished"]>>[number];
export type Space = Awaited<ReturnType<ConvertClient["space"]>>;
export type ConvertJob = Parameters<ConvertClient["convert"]>[0];
export type ImportJob = Parameters<ConvertClient["importModel"]>[0];
export type KeptJob = NonNullable<StoredModel["job"]>;
/** What a kept job lacks to be run again: its files chosen anew, its token. */
export type Again = NonNullable<Parameters<ConvertClient["goOn"]>[1]>;
export type TargetDirectory = Parameters<ConvertClient["exportToFolder"]>[1];
export type SortedFiles = Awaited<ReturnType<ConvertClient["sortFiles"]>>;
export type DroppedFile = Parameters<ConvertClient["sortFiles"]>[0][number];
export type DeviceMeasure = Awaited<ReturnType<ConvertClient["measureDevice"]>>;

type EventOf<O> = O extends ActionOptions<infer E> ? E : never;
export type JobEvent = EventOf<NonNullable<Parameters<ConvertClient["goOn"]>[2]>>;
