package org.cloformer.demo.model

import android.content.SharedPreferences
import org.cloformer.core.engine.Choice

/** The user's choices on the first screen, which are kept between starts. */
class Settings(private val stored: SharedPreferences) {
    var bundle: String?
        get() = stored.getString("bundle", null)
        set(value) = stored.edit().putString("bundle", value).apply()

    /** The title of the choice, which is ignored for a bundle without such an artifact. */
    var choice: String?
        get() = stored.getString("choice", null)
        set(value) = stored.edit().putString("choice", value).apply()

    var threads: Int
        get() = stored.getInt("threads", DEFAULT_THREADS)
        set(value) = stored.edit().putInt("threads", value).apply()

    fun chosenFrom(choices: List<Choice>): Choice? = choices.firstOrNull { it.title == choice } ?: choices.firstOrNull()

    private companion object {
        /** The default number of threads: phones have at least two fast cores, and more threads would use slow ones. */
        const val DEFAULT_THREADS = 2
    }
}
