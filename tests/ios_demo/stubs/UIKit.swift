// developer.apple.com/documentation/uikit: UIDevice, UIApplication, UIView, UIImage.
// developer.apple.com/documentation/foundation: what the open-source Foundation lacks of ProcessInfo,
// NotificationCenter and key-value observation.
@_exported import CoreGraphics
@_exported import Foundation

open class CALayer: NSObject {}

@MainActor
open class UIView: NSObject {
    open class var layerClass: AnyClass { fatalError() }
    open var layer: CALayer { fatalError() }
}

extension UIView {
    public var isAccessibilityElement: Bool {
        get { fatalError() }
        set { fatalError() }
    }
    public var accessibilityLabel: String? {
        get { fatalError() }
        set { fatalError() }
    }
}

open class UIImage: NSObject, @unchecked Sendable {
    public init?(data: Data) { fatalError() }
}

public enum UIUserInterfaceIdiom: Int, Sendable { case phone, pad, mac }

@MainActor
open class UIDevice: NSObject {
    public enum BatteryState: Int, Sendable { case unknown, unplugged, charging, full }
    open class var current: UIDevice { fatalError() }
    open var model: String { fatalError() }
    open var systemName: String { fatalError() }
    open var systemVersion: String { fatalError() }
    open var isBatteryMonitoringEnabled: Bool = false
    open var batteryLevel: Float { fatalError() }
    open var batteryState: BatteryState { fatalError() }
    open var userInterfaceIdiom: UIUserInterfaceIdiom { fatalError() }
}

@MainActor
open class UIApplication: NSObject {
    open class var shared: UIApplication { fatalError() }
    open var isIdleTimerDisabled = false
    public nonisolated static let didReceiveMemoryWarningNotification = Notification.Name("")
}

extension ProcessInfo {
    public enum ThermalState: Int, Sendable { case nominal, fair, serious, critical }
    public var thermalState: ThermalState { fatalError() }
    public var isLowPowerModeEnabled: Bool { fatalError() }
}

public final class NSKeyValueObservation: NSObject {}
public struct NSKeyValueObservingOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let new = NSKeyValueObservingOptions(rawValue: 1)
    public static let initial = NSKeyValueObservingOptions(rawValue: 4)
}
public struct NSKeyValueObservedChange<Value> { public let newValue: Value? }
extension NSObjectProtocol where Self: NSObject {
    public func observe<Value>(
        _ keyPath: KeyPath<Self, Value>, options: NSKeyValueObservingOptions = [],
        changeHandler: @escaping @Sendable (Self, NSKeyValueObservedChange<Value>) -> Void
    ) -> NSKeyValueObservation { fatalError() }
}

extension NotificationCenter {
    public struct Publisher {}
    public func publisher(for name: Notification.Name, object: AnyObject? = nil) -> Publisher { fatalError() }
}
