import SwiftUI

/// The four screens, and the choice of the model that all of them use.
struct MainScreen: View {
    @Environment(AppState.self) private var state

    var body: some View {
        TabView {
            tab("Camera", "camera") { CameraScreen() }
            tab("Photo", "photo") { PhotoScreen() }
            tab("Benchmark", "stopwatch") { BenchmarkScreen() }
            tab("Self-test", "checkmark.seal") { SelfTestScreen() }
        }
        .task { await state.refresh() }
    }

    private func tab(_ title: String, _ symbol: String, @ViewBuilder screen: () -> some View) -> some View {
        NavigationStack {
            screen()
                .navigationTitle(title)
                .toolbar {
                    NavigationLink {
                        ChoiceScreen()
                    } label: {
                        Label("Model and compute units", systemImage: "slider.horizontal.3")
                    }
                }
        }
        .tabItem { Label(title, systemImage: symbol) }
    }
}
