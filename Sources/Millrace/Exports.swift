// `import Millrace` is enough to declare and run a pipeline: timestamps, keys and state codecs come with it.
@_exported import MillraceRecords
@_exported import MillraceState
@_exported import MillraceTime
