export * from './cost-per-hour';
export * from './endpoint-monitoring';
export * from './endpoint-resource';
export * from './generated';
export * from './inference-component';
export * from './monitored-endpoint';
export * from './monitored-endpoint-config';
export * from './monitored-resource';
