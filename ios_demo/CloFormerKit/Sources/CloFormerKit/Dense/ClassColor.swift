import Foundation

/// The color of a class on every screen. Neighboring classes differ: hues advance by the golden ratio.
public struct ClassColor: Equatable, Sendable {
    /// The hue, from 0 to 1.
    public let red: Double
    public let green: Double
    public let blue: Double

    public init(target: Int) {
        let hue = (Double(target) * 0.618034).truncatingRemainder(dividingBy: 1)
        (red, green, blue) = (Self.channel(5, hue), Self.channel(3, hue), Self.channel(1, hue))
    }

    /// The red, green and blue components in 8 bits.
    var bytes: [UInt8] {
        [red, green, blue].map { UInt8(($0 * 255).rounded()) }
    }

    /// Whether black text on it is easier to read than white, by the WCAG luminance at which both have equal contrast.
    public var isLight: Bool {
        let linear = [red, green, blue].map { pow(($0 + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179
    }

    /// Return one component of a color in hue, saturation and value: 5 is red, 3 green, 1 blue.
    private static func channel(_ offset: Double, _ hue: Double) -> Double {
        let sixth = (offset + hue * 6).truncatingRemainder(dividingBy: 6)
        return brightness * (1 - saturation * max(0, min(sixth, 4 - sixth, 1)))
    }

    private static let saturation = 0.65
    private static let brightness = 0.95
}
