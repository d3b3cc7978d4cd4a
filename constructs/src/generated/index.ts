// Written by `make bindings` from docs/properties.schema.json and data/*.csv. Don't edit it here.
export * from './enums';
export * from './structures';
export * from './declarations';
export * from './resources';
