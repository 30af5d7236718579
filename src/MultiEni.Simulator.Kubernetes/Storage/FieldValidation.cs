namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>What becomes of fields that the schema does not know.</summary>
public enum FieldValidation
{
    /// <summary>They are dropped, with a warning in the answer.</summary>
    Warn,

    /// <summary>They are dropped in silence.</summary>
    Ignore,

    /// <summary>They are an error.</summary>
    Strict,
}
