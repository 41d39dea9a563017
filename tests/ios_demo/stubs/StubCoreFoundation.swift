// developer.apple.com/documentation/corefoundation: toll-free bridged types, as the Swift types that they bridge to.
import Foundation

public typealias CFString = String
public typealias CFData = Data
public typealias CFDictionary = [AnyHashable: Any]
public struct CFAllocator: Sendable {}
public let kCFAllocatorDefault: CFAllocator? = nil
