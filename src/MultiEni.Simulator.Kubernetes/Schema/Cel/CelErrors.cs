namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Failures of an evaluation, in the words of CEL.</summary>
internal static class CelErrors
{
    public static CelValue NoSuchOverload => CelValue.Error("no such overload");

    public static CelValue IntegerOverflow => CelValue.Error("integer overflow");

    public static CelValue UnsignedOverflow => CelValue.Error("unsigned integer overflow");

    public static CelValue DivisionByZero => CelValue.Error("division by zero");

    public static CelValue ModulusByZero => CelValue.Error("modulus by zero");

    public static CelValue NoSuchKey(string key) => CelValue.Error($"no such key: {key}");

    public static CelValue OutOfBounds(long index) => CelValue.Error($"index out of bounds: {index}");
}
