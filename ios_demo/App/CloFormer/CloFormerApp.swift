import CloFormerKit
import SwiftUI

/// The app: four screens for a user, or one request of a computer that started it with `--request NAME`.
@main
struct CloFormerApp: App {
    @State private var state = AppState()

    var body: some Scene {
        WindowGroup {
            if let request = HeadlessScreen.request {
                HeadlessScreen(request: request)
            } else {
                MainScreen().environment(state)
            }
        }
    }
}
