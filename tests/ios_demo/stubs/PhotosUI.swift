// developer.apple.com/documentation/photosui: PhotosPicker, PhotosPickerItem; coretransferable: loadTransferable.
@_exported import SwiftUI

public struct PhotosPickerItem: Equatable, Hashable, Sendable {
    public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { fatalError() }
}

public struct PHPickerFilter: Equatable, Sendable { public static let images = PHPickerFilter() }

public struct PhotosPicker<Label: View>: View {
    public var body: Never { fatalError() }
}

extension PhotosPicker where Label == Text {
    public init(_ titleKey: LocalizedStringKey, selection: Binding<PhotosPickerItem?>, matching filter: PHPickerFilter? = nil) { fatalError() }
}
