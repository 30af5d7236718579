namespace MultiEni.Scenarios.Staging;

/// <summary>
/// Karpenter's kinds with the fields that documents and stories use, as its definitions have them
/// (https://github.com/aws/karpenter-provider-aws/tree/main/pkg/apis/crds).
/// </summary>
internal static class KarpenterDefinitions
{
    public const string NodeOverlay = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: nodeoverlays.karpenter.sh}
        spec:
          group: karpenter.sh
          scope: Cluster
          names: {kind: NodeOverlay, listKind: NodeOverlayList, plural: nodeoverlays, singular: nodeoverlay}
          versions:
          - name: v1alpha1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                required: [spec]
                properties:
                  spec:
                    type: object
                    required: [requirements]
                    properties:
                      capacity:
                        type: object
                        additionalProperties: {type: string}
                      weight: {type: integer, minimum: 1, maximum: 10000}
                      requirements:
                        type: array
                        maxItems: 100
                        items:
                          type: object
                          required: [key, operator]
                          properties:
                            key: {type: string, maxLength: 316}
                            operator: {type: string, enum: [Gte, Lte, In, NotIn, Exists, DoesNotExist, Gt, Lt]}
                            values: {type: array, items: {type: string}}
        """;

    public const string NodePool = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: nodepools.karpenter.sh}
        spec:
          group: karpenter.sh
          scope: Cluster
          names: {kind: NodePool, listKind: NodePoolList, plural: nodepools, singular: nodepool}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                required: [spec]
                properties:
                  spec:
                    type: object
                    required: [template]
                    properties:
                      disruption:
                        type: object
                        required: [consolidateAfter]
                        properties:
                          consolidateAfter: {type: string, pattern: "^(([0-9]+(s|m|h))+)|(Never)$"}
                          consolidationPolicy: {type: string, enum: [WhenEmpty, WhenEmptyOrUnderutilized]}
                      template:
                        type: object
                        required: [spec]
                        properties:
                          metadata:
                            type: object
                            properties:
                              labels: {type: object, additionalProperties: {type: string, maxLength: 63}}
                          spec:
                            type: object
                            required: [nodeClassRef, requirements]
                            properties:
                              nodeClassRef:
                                type: object
                                required: [group, kind, name]
                                properties:
                                  group: {type: string}
                                  kind: {type: string}
                                  name: {type: string}
                              requirements:
                                type: array
                                maxItems: 100
                                items:
                                  type: object
                                  required: [key, operator]
                                  properties:
                                    key: {type: string, maxLength: 316}
                                    operator: {type: string, enum: [In, NotIn, Exists, DoesNotExist, Gt, Lt]}
                                    values: {type: array, items: {type: string}}
                              startupTaints:
                                type: array
                                items:
                                  type: object
                                  required: [effect, key]
                                  properties:
                                    effect: {type: string, enum: [NoSchedule, PreferNoSchedule, NoExecute]}
                                    key: {type: string, minLength: 1}
                                    value: {type: string}
        """;
}
