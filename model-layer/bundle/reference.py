"""What transformers makes of a pair: its model in fp32 on token ids from the tokenizer's own way with pairs."""

from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer

from bundle import interaction
from bundle.gated import GatedBert, with_second_cls


class Reference:
    name = "transformers, fp32"

    def __init__(self, checkpoint: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
        self.tokenizer.no_padding()
        config = transformers.AutoConfig.from_pretrained(checkpoint)
        self.t5 = config.model_type == "t5"
        self.interaction = None
        if interaction.ARCHITECTURE in (config.architectures or []):
            from train.cross_encoder import load

            self.model, self.interaction = GatedBert(checkpoint).eval(), load(checkpoint).eval()
            return
        kind = transformers.AutoModelForSeq2SeqLM if self.t5 else transformers.AutoModelForSequenceClassification
        self.model = kind.from_pretrained(checkpoint, dtype=torch.float32).eval()

    def ids(self, query: str, document: str) -> tuple[list[int], list[int]]:
        """Of a pair that fits the window, with the tokenizer's own special tokens."""
        if self.t5:
            encoded = self.tokenizer.encode(f"Query: {query} Document: {document} Relevant:")
        else:
            encoded = self.tokenizer.encode(query, document)
        return encoded.ids, encoded.type_ids

    def logit(self, ids: list[int], segments: list[int]) -> float:
        """One logit; of two classes, of relevance against the other."""
        given = torch.tensor([ids])
        with torch.no_grad():
            if self.t5:
                row = self.model(input_ids=given, decoder_input_ids=torch.tensor([[0]])).logits[0, 0]
                true, false = (self.tokenizer.token_to_id(token) for token in ("▁true", "▁false"))
                return (row[true] - row[false]).item()
            if self.interaction is not None:
                pair = with_second_cls(given, torch.tensor([segments]), torch.ones_like(given))
                return self.interaction.read(self.model(*pair), *pair).item()
            fed = {"input_ids": given}
            if getattr(self.model.config, "type_vocab_size", 0) > 1:
                fed["token_type_ids"] = torch.tensor([segments])
            row = self.model(**fed).logits[0]
        return (row[1] - row[0]).item() if len(row) == 2 else row[0].item()
