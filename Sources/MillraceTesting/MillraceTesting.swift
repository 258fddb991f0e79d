@_exported import Millrace
