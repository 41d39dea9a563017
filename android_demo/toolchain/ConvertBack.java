import com.googlecode.d2j.dex.Dex2jar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Converts dex files to a jar of the app's own classes: {@code java ConvertBack.java OUTPUT.jar DEX...}.
 *
 * <p>dex2jar does not preserve whether a call of an inherited default method is on an interface, but the JVM needs it.
 */
class ConvertBack {
    private static final String OWN_CLASSES = "org/cloformer/";

    public static void main(String[] arguments) throws IOException {
        Path everything = Files.createTempFile("everything", ".jar");
        try (ZipOutputStream output = new ZipOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
            for (String dex : List.of(arguments).subList(1, arguments.length)) {
                Dex2jar.from(Files.readAllBytes(Path.of(dex))).computeFrames(true).to(everything);
                copyOwnClasses(everything, output);
            }
        } finally {
            Files.delete(everything);
        }
    }

    private static void copyOwnClasses(Path jar, ZipOutputStream output) throws IOException {
        try (ZipFile source = new ZipFile(jar.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = source.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                if (entry.getName().startsWith(OWN_CLASSES) && entry.getName().endsWith(".class")) {
                    try (InputStream stream = source.getInputStream(entry)) {
                        output.putNextEntry(new ZipEntry(entry.getName()));
                        output.write(withInterfaceCalls(stream.readAllBytes()));
                    }
                }
            }
        }
    }

    private static byte[] withInterfaceCalls(byte[] contents) {
        ClassReader reader = new ClassReader(contents);
        ClassWriter writer = new ClassWriter(0);
        List<String> interfaces = List.of(reader.getInterfaces());
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
                return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, type, signature, thrown)) {
                    @Override
                    public void visitMethodInsn(int opcode, String owner, String name, String type, boolean isInterface) {
                        boolean inherited = opcode == Opcodes.INVOKESPECIAL && interfaces.contains(owner);
                        super.visitMethodInsn(opcode, owner, name, type, isInterface || inherited);
                    }
                };
            }
        }, 0);
        return writer.toByteArray();
    }
}
