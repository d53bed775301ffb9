export default $config({ async run() { const c = new sst.aws.Cluster('C', {}); new sst.aws.Service('S', { cluster: c }); } });
