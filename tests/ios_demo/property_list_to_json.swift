// Foundation's own reader of property lists, old and new: what it reads, Xcode reads.
import Foundation

let data = try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
let value = try PropertyListSerialization.propertyList(from: data, format: nil)
print(String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self))
