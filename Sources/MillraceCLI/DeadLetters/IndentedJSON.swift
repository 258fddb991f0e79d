import Foundation

/// Indents JSON documents. Numbers and strings are kept as they are written, some of which a decoder and an encoder
/// would change.
enum IndentedJSON {
    /// Returns the indented document; `nil` if the bytes are not a JSON object or array.
    static func text(_ bytes: [UInt8]) -> String? {
        let data = Data(bytes)
        guard ShownBytes.text(bytes) != nil, (try? JSONSerialization.jsonObject(with: data)) != nil else { return nil }
        return String(decoding: indented(bytes), as: UTF8.self)
    }

    /// Indents a valid document.
    private static func indented(_ bytes: [UInt8]) -> [UInt8] {
        var (result, depth): ([UInt8], Int) = ([], 0)
        var (isInString, isEscaped, isOpened) = (false, false, false)
        func line() {
            result.append(UInt8(ascii: "\n"))
            result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * max(0, depth)))
        }
        for byte in bytes {
            if isInString {
                result.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if !isOpened { line() }
                isOpened = false
                result.append(byte)
                continue
            default: break
            }
            if isOpened { line() }
            isOpened = false
            result.append(byte)
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                isOpened = true
            case UInt8(ascii: ","): line()
            case UInt8(ascii: ":"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "\""): isInString = true
            default: break
            }
        }
        return result
    }
}
