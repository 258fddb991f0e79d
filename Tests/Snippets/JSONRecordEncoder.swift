let totals: [Total] = elided()
var bytes: [UInt8] = []
