// CommonJS, because only it can bring a library in when it is first needed without making everybody wait for a promise:
// extraction is synchronous, and most processes never meet a unit. Bundlers keep it as lazy as Node does.
exports.loadUcum = () => require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance()
