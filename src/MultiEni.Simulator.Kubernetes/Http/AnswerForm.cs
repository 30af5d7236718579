namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The form in which objects are told.</summary>
internal enum AnswerForm
{
    Object,
    Table,
    Metadata,
}
