using System.Reflection;

namespace MultiEni.Operator;

/// <summary>The version of the product, which all its programs share.</summary>
public static class ProductVersion
{
    /// <summary>Such as 0.1.0, without what the build appends.</summary>
    public static string Current { get; } =
        (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
